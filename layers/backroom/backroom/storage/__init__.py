"""S3 as planning and recording use it: fast listings, streamed conditional writes, streamed lines."""
