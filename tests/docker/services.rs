use xtask::services::{Folder, Postgres, PostgresOptions, Redis, RedisOptions, Tools};

fn tools() -> Tools {
    Tools::find(&Folder::of_checkout().unwrap()).unwrap()
}

#[test]
fn a_local_postgres_lives_in_phnom_penh_logs_slow_queries_and_keeps_its_data() {
    let folder = Folder::temporary("docker-postgres").unwrap();
    let mut postgres = Postgres::start(&tools(), &folder, &PostgresOptions::kept()).unwrap();
    let ask = |postgres: &Postgres, sql: &str| postgres.psql("postgres", sql).unwrap();
    assert_eq!(ask(&postgres, "SHOW timezone"), "Asia/Phnom_Penh");
    assert_eq!(ask(&postgres, "SHOW log_min_duration_statement"), "1s");
    assert_eq!(ask(&postgres, "SHOW server_encoding"), "UTF8");
    ask(&postgres, "CREATE TABLE kept AS SELECT 'ដាស់តឿន' AS word");
    postgres.kill();
    postgres.restart().unwrap();
    assert_eq!(ask(&postgres, "SELECT word FROM kept"), "ដាស់តឿន");
}

#[tokio::test]
async fn a_local_redis_keeps_its_data_over_a_restart() {
    let folder = Folder::temporary("docker-redis").unwrap();
    let options = RedisOptions {
        durable: true,
        ..RedisOptions::default()
    };
    let mut server = Redis::start(&tools(), &folder, &options).unwrap();
    let set = redis::cmd("SET").arg("word").arg("ដាស់តឿន").to_owned();
    let get = redis::cmd("GET").arg("word").to_owned();
    let connect = |url: String| async move {
        redis::Client::open(url)
            .unwrap()
            .get_multiplexed_async_connection()
            .await
            .unwrap()
    };
    let () = set.query_async(&mut connect(server.url()).await).await.unwrap();
    server.stop();
    server.restart().unwrap();
    let word: String = get.query_async(&mut connect(server.url()).await).await.unwrap();
    assert_eq!(word, "ដាស់តឿន");
}
