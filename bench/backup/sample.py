"""A database of a chosen size with the shape of Resee's: long Markdown texts, and many short review rows."""

from __future__ import annotations

from tests.support.postgres import PostgresServer

# Rows for one GiB on disk, indexes included, half of it texts.
CONTENTS = 560_000
REVIEWS = 4_600_000

STATEMENTS = (
    """
    CREATE TABLE content (id bigserial PRIMARY KEY, author int, title text, body text, created timestamptz)
    """,
    """
    INSERT INTO content (author, title, body, created)
    SELECT i % 1000, 'title ' || i,
           (SELECT string_agg(md5((i * 31 + j)::text) || ' is what the review of ' || j || ' asks for ', ' ')
              FROM generate_series(1, 12) AS j),
           timestamptz '2026-01-01' + i * interval '7 s'
      FROM generate_series(1, {contents}) AS i
    """,
    """
    CREATE TABLE review (
      id bigserial PRIMARY KEY, content int, author int, result text, spent int, at timestamptz)
    """,
    """
    INSERT INTO review (content, author, result, spent, at)
    SELECT i::bigint * 7919 % {contents}, i % 997, (ARRAY['remembered', 'partial', 'forgot'])[1 + i % 3],
           i % 293, timestamptz '2026-01-01' + i * interval '3 s'
      FROM generate_series(1, {reviews}) AS i
    """,
    "CREATE INDEX ON review (content)",
    "VACUUM ANALYZE",
)


def fill(server: PostgresServer, database: str, gib: float) -> None:
    """Make the tables and as many rows as the size asks for."""
    counts = {"contents": int(CONTENTS * gib), "reviews": int(REVIEWS * gib)}
    for statement in STATEMENTS:
        server.execute(
            statement.replace("{contents}", str(counts["contents"])).replace(
                "{reviews}", str(counts["reviews"])
            ),
            database=database,
        )
