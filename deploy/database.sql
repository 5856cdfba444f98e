-- The database and its two roles: one owns the tables and migrates, the other serves and cannot take the ledger's triggers
-- away. Run it once, by psql, as a superuser; it asks for the passwords that it is not given with --set.
\set ON_ERROR_STOP on
\if :{?owner_password}
\else
    \prompt 'A password for tian_owner: ' owner_password
\endif
\if :{?app_password}
\else
    \prompt 'A password for tian_app: ' app_password
\endif

CREATE ROLE tian_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE tian_app LOGIN PASSWORD :'app_password';
CREATE DATABASE tian OWNER tian_owner ENCODING 'UTF8' TEMPLATE template0;
\connect tian
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO tian_owner;
GRANT USAGE ON SCHEMA public TO tian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tian_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tian_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO tian_app;
