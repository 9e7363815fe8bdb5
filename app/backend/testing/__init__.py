"""What the tests share: real PostgreSQL and Redis, people who own things and people who do not."""
