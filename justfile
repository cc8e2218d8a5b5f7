# Short names for `cargo xtask …` and `das-tern …`; nothing needs just. `just` alone lists them.

das-tern := "cargo run --quiet --package das-tern-api --bin das-tern --"
with-services := "cargo xtask with-services --"

# List the recipes
default:
    @just --list --unsorted

# PostgreSQL, Redis, schema, demonstration data, server; Ctrl-C stops it
up *ARGS:
    cargo xtask up {{ARGS}}

# Stop a running `up`, and what one left running
down:
    cargo xtask down

# Stop it and delete its data
reset:
    cargo xtask reset

# Bring the schema up to date
migrate:
    {{with-services}} {{das-tern}} migrate up

# Take the newest migration back, or STEPS of them
migrate-down STEPS="1":
    {{with-services}} {{das-tern}} migrate down --steps {{STEPS}}

# Which migrations the database has
migrate-status:
    {{with-services}} {{das-tern}} migrate status

# Make the file of a new migration, such as add_dose_note
new-migration NAME:
    cargo xtask new-migration {{NAME}}

# Fill the database with demonstration data; `just seed --large 5000` for benchmarks
seed *ARGS:
    {{with-services}} {{das-tern}} seed {{ARGS}}

# The server alone, with the development services
run *ARGS:
    {{with-services}} {{das-tern}} serve {{ARGS}}

# The tests on private services of their own; `just test doses` runs some of them
test *ARGS:
    cargo xtask test -- {{ARGS}}

# clippy, as strict as CI
lint:
    cargo clippy --workspace --all-targets -- --deny warnings

# Format the code
fmt:
    cargo fmt --all

# What CI runs
check:
    cargo xtask check

# Measure a release build under load
bench *ARGS:
    cargo xtask bench {{ARGS}}

# Compare answers with the OpenAPI document
contract *ARGS:
    cargo xtask contract {{ARGS}}

# Write the OpenAPI document to a file
openapi FILE="openapi.json":
    {{das-tern}} openapi --output {{FILE}}

# A prompt on the development database
psql:
    {{with-services}} sh -c 'exec psql "$DATABASE_URL"'

# A prompt on the development Redis
redis-cli:
    {{with-services}} sh -c 'exec "$(command -v redis-cli || command -v valkey-cli)" -u "$REDIS_URL"'

# PostgreSQL and Redis as containers; `just docker-up --profile api` with the API
docker-up *ARGS:
    docker compose --env-file .env --file docker/compose.yml {{ARGS}} up --detach --wait

# Stop the containers; their data is kept
docker-down:
    docker compose --env-file .env --file docker/compose.yml --profile api down
