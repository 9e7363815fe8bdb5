"""A database with what makes dumps hard: odd names, all kinds of columns, partitions, large values."""

from __future__ import annotations

from tests.support.postgres import PostgresServer

ROWS = 2_000
NOISE_MIB = 30  # does not compress below two thirds: enough for several parts of a multipart upload

STATEMENTS = (
    """
    CREATE TABLE django_migrations (id serial PRIMARY KEY, app text, name text)
    """,
    """
    INSERT INTO django_migrations (app, name)
    VALUES ('accounts', '0001_initial'), ('reviews', '0001_initial'), ('reviews', '0002_interval')
    """,
    """
    CREATE TABLE contents_content (
      id bigserial PRIMARY KEY, title varchar(30) NOT NULL, body text, created timestamptz, due date,
      score double precision, price numeric(12, 4), raw bytea, facts jsonb, tags text[], "select" boolean,
      words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED)
    """,
    f"""
    INSERT INTO contents_content (title, body, created, due, score, price, raw, facts, tags, "select")
    SELECT '제목 ' || i, repeat(E'줄\\t' || i || E'\\n', i % 7),
           '2026-01-01 03:00+09'::timestamptz + i * interval '1 h', date '2026-01-01' + i % 400,
           i / 7.0, i / 8.0, decode(md5(i::text), 'hex'),
           jsonb_build_object('n', i, 'deep', jsonb_build_array(i, NULL)), ARRAY['a', NULL, i::text],
           i % 2 = 0
      FROM generate_series(1, {ROWS}) AS i
    """,
    'CREATE SCHEMA "odd Schema"',
    'CREATE TABLE "odd Schema"."odd ""Table""" ("a b" int, t text)',
    'INSERT INTO "odd Schema"."odd ""Table""" VALUES (1, NULL), (NULL, \'\')',
    "CREATE TABLE history (id int, at date) PARTITION BY RANGE (at)",
    "CREATE TABLE history_2025 PARTITION OF history FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE history_2026 PARTITION OF history FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "INSERT INTO history SELECT i, date '2025-06-01' + i FROM generate_series(1, 400) AS i",
    "CREATE TABLE parent (x int, y int)",
    "CREATE TABLE child (z int) INHERITS (parent)",
    "INSERT INTO parent VALUES (1, 2); INSERT INTO child VALUES (3, 4, 5)",
    "CREATE TABLE empty (x int)",
    "CREATE TABLE columnless ()",
    "CREATE VIEW due AS SELECT id FROM contents_content WHERE due < date '2026-02-01'",
    "CREATE TABLE noise (id int PRIMARY KEY, word text)",
    f"""
    INSERT INTO noise
    SELECT i, string_agg(md5(i::text || ':' || j), '') FROM generate_series(1, {NOISE_MIB * 32}) AS i,
           generate_series(1, 1024) AS j GROUP BY i
    """,
)


def fill(server: PostgresServer, database: str) -> None:
    """Make the tables and rows."""
    for statement in STATEMENTS:
        server.execute(statement, database=database)
