use crate::{Actor, Application, Error};

impl Application {
    /// Ends the caller's session: its refresh token at once, its access tokens as soon as Redis knows. A refresh token of
    /// another session of the same person ends that one too.
    ///
    /// # Errors
    /// `UNAVAILABLE` while sessions cannot be written.
    pub async fn log_out(&self, actor: &Actor, refresh_token: Option<&str>) -> Result<(), Error> {
        self.end_session(actor.session, actor.id()).await?;
        let named = refresh_token.and_then(|token| self.refresh_tokens().read(token).ok());
        match named {
            Some(token) if token.user == actor.id() && token.session != actor.session => {
                self.end_session(token.session, token.user).await
            }
            _ => Ok(()),
        }
    }
}
