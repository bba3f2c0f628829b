-- Asked once a statement instead of once a row.
ALTER POLICY own ON products USING (tenant = (SELECT current_setting('backroom.tenant', true)));
ALTER POLICY own ON pages USING (tenant = (SELECT current_setting('backroom.tenant', true)));
ALTER POLICY own ON catalogue_versions USING (tenant = (SELECT current_setting('backroom.tenant', true)));
