-- Order of SKUs by bytes, as in SQLite and as S3 lists keys, whatever the database's locale.
ALTER TABLE products ALTER COLUMN sku TYPE TEXT COLLATE "C";
ALTER TABLE pages ALTER COLUMN path TYPE TEXT COLLATE "C";
-- A statement that forgets the tenant sees nothing; FORCE holds for the owner of the tables too.
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON products USING (tenant = current_setting('backroom.tenant', true));
ALTER TABLE pages ENABLE ROW LEVEL SECURITY;
ALTER TABLE pages FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON pages USING (tenant = current_setting('backroom.tenant', true));
ALTER TABLE imported ENABLE ROW LEVEL SECURITY;
ALTER TABLE imported FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON imported USING (tenant = current_setting('backroom.tenant', true));
ALTER TABLE catalogue_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalogue_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON catalogue_versions USING (tenant = current_setting('backroom.tenant', true));
