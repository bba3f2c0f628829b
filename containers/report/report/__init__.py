"""report: what a tenant's shop holds and what jobs did for it in a month, as HTML, XLSX and CSV."""
