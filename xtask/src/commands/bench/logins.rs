//! What a login costs, and what it costs everybody else.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::load::{self, Request};
use super::operations::{self, Caller};
use super::sql::Sql;
use super::{COMPARED, cpu};

/// How many people sign in at once.
const AT_ONCE: usize = 50;
/// The cost of the passwords of these people, which is that of production.
const COST: u32 = 12;

/// Measures logins, and reads beside them, and prints both.
pub(super) fn measure(address: SocketAddr, server: u32, sql: &Sql<'_>, readers: &[Caller], seconds: u64) -> Result<()> {
    let logins = logins(sql)?;
    let while_for = Duration::from_secs(seconds);
    let before = cpu::time_of(server)?;
    let alone = load::for_a_while(address, &logins, 1, while_for)?;
    let each = cpu::time_of(server)?.saturating_sub(before).as_secs_f64() * 1_000.0 / alone.count();
    println!(
        "login, bcrypt {COST}, one after the other: p50 {:.0} ms, p95 {:.0} ms, server {each:.0} ms",
        milliseconds(alone.percentile(50)),
        milliseconds(alone.percentile(95)),
    );

    let reads = operations::reads(readers, "/doses/schedule", "dailyProgress");
    let undisturbed = load::for_a_while(address, &reads, COMPARED, while_for)?;
    let (disturbed, together) = std::thread::scope(|scope| {
        let signing_in = scope.spawn(|| load::for_a_while(address, &logins, AT_ONCE, while_for));
        let disturbed = load::for_a_while(address, &reads, COMPARED, while_for)?;
        let together = signing_in.join().map_err(|_| anyhow!("a login panicked"))??;
        anyhow::Ok((disturbed, together))
    })?;
    println!(
        "{AT_ONCE} logins at once: {:.1} a second, p95 {:.0} ms",
        together.per_second(),
        milliseconds(together.percentile(95)),
    );
    let (quiet, busy) = (undisturbed.percentile(99), disturbed.percentile(99));
    println!(
        "/doses/schedule, {COMPARED} connections: p99 {:.2} ms, and {:.2} ms while {AT_ONCE} logins hash ({:.1} times)",
        milliseconds(quiet),
        milliseconds(busy),
        busy.as_secs_f64() / quiet.as_secs_f64(),
    );
    Ok(())
}

/// A login for each of some people, whose passwords are hashed as in production.
fn logins(sql: &Sql<'_>) -> Result<Vec<Request>> {
    sql.run("CREATE EXTENSION IF NOT EXISTS pgcrypto")?;
    let phones = sql.rows(&format!(
        "UPDATE users SET password_hash = (SELECT crypt('password123', gen_salt('bf', {COST}))) WHERE id IN \
         (SELECT id FROM users WHERE role = 'PATIENT' ORDER BY id LIMIT {AT_ONCE}) RETURNING phone_number"
    ))?;
    Ok(phones.iter().map(|phone| operations::login(phone)).collect())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
