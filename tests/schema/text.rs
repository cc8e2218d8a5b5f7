use super::catalog::lines;
use crate::support::database::TestDatabase;

/// ឫ is a vowel that is read like រ: a Khmer dictionary has it right behind, the code points have it at the end.
const BY_THE_DICTIONARY: &[&str] = &["កាហ្វេ", "រោគ", "ឫស្សី", "លោក", "សុខ", "អាហារ"];
const BY_CODE_POINT: &[&str] = &["កាហ្វេ", "រោគ", "លោក", "សុខ", "អាហារ", "ឫស្សី"];

#[tokio::test]
async fn khmer_sorts_as_in_a_dictionary_where_the_server_can() {
    let database = TestDatabase::create().await;
    let expected = if database.database().sorts_khmer().await.unwrap() {
        BY_THE_DICTIONARY
    } else {
        BY_CODE_POINT
    };
    let sql = "SELECT word FROM (VALUES ('អាហារ'), ('ឫស្សី'), ('សុខ'), ('រោគ'), ('លោក'), ('កាហ្វេ')) AS words (word) \
               ORDER BY word COLLATE khmer";
    assert_eq!(lines(database.database(), sql).await, expected);
}

#[tokio::test]
async fn the_collation_is_the_best_that_the_server_has() {
    let database = TestDatabase::create().await;
    let icu = lines(
        database.database(),
        "SELECT 'x' FROM pg_collation WHERE collname = 'km-x-icu'",
    )
    .await
        == ["x"];
    assert_eq!(database.database().sorts_khmer().await.unwrap(), icu);
}
