//! What no single section can know: how values go together, and what production refuses.

use das_tern_application::LICENCE_PHOTO_BYTES;
use das_tern_integrations::{MailProvider, ObjectProvider, SmsProvider};
use percent_encoding::percent_decode_str;
use url::Url;

use super::effective::{Effective, SECRETS, URLS};
use super::layer::Layer;
use super::problems::Problems;
use super::{Config, Environment, LogFormat};

/// The largest file that people may send, in bytes (rules §12).
const LARGEST_FILE: u64 = LICENCE_PHOTO_BYTES as u64;
/// How long a process may take to end, in seconds, before whoever runs it loses patience.
const LONGEST_SHUTDOWN_S: u64 = 9;

pub(super) fn check(config: &Config, effective: &Effective, problems: &mut Problems) {
    let mut rules = Rules { effective, problems };
    rules.refuse(
        config.server.drain_s + config.server.shutdown_timeout_s > LONGEST_SHUTDOWN_S,
        "server.shutdown_timeout_s",
        "must leave, together with server.drain_s, at most 9 seconds",
    );
    rules.refuse(
        config.application.limits.auth_per_minute > config.application.limits.auth_per_minute_per_ip,
        "limits.auth_per_minute",
        "must not be more than limits.auth_per_minute_per_ip",
    );
    rules.refuse(
        config.database.max_connections == 1,
        "database.max_connections",
        "must be at least 2: a job that runs alone holds one while it works with another",
    );
    rules.refuse(
        config.integrations.providers.backoff_min_ms > config.integrations.providers.backoff_max_ms,
        "providers.backoff_min_ms",
        "must not be more than providers.backoff_max_ms",
    );
    rules.refuse(
        config.redis.backoff_min_ms > config.redis.backoff_max_ms,
        "redis.backoff_min_ms",
        "must not be more than redis.backoff_max_ms",
    );
    rules.refuse(
        config.integrations.objects.max_bytes < LARGEST_FILE,
        "objects.max_bytes",
        "must be at least 10485760: a licence may be a PDF of 10 MB",
    );
    if config.environment == Environment::Production {
        rules.production(config);
    }
}

struct Rules<'a> {
    effective: &'a Effective,
    problems: &'a mut Problems,
}

impl Rules<'_> {
    fn refuse(&mut self, is_wrong: bool, key: &str, what: &str) {
        if is_wrong {
            self.problems.add(key, self.effective.source(key), what);
        }
    }

    fn production(&mut self, config: &Config) {
        let public = well_known();
        for key in SECRETS {
            let is_public = self.effective.text(key).is_some_and(|secret| public.contains(&secret));
            self.refuse(is_public, key, "is a secret of development, which everybody knows");
        }
        for key in URLS {
            let passwords = self.effective.text(key).map(|url| passwords(&url)).unwrap_or_default();
            let is_public = passwords.iter().any(|password| public.contains(password));
            self.refuse(is_public, key, "has a password of development, which everybody knows");
        }
        self.refuse(
            config.server.migrate_on_start,
            "server.migrate_on_start",
            "must be false in production",
        );
        self.refuse(
            config.log.format == LogFormat::Pretty,
            "log.format",
            "must be json in production",
        );
        self.refuse(
            config.http.show_causes,
            "http.show_causes",
            "must be false in production",
        );
        self.refuse(
            config.application.accounts.auto_verify_doctors,
            "accounts.auto_verify_doctors",
            "must be false in production",
        );
        self.outside(config);
        let allows_all = config.http.cors_origins.iter().any(|origin| origin == "*");
        self.refuse(
            allows_all,
            "http.cors_origins",
            "must name the origins in production, not `*`",
        );
    }
}

impl Rules<'_> {
    /// A stand-in would show codes to whoever reads the log, or lose what people entrusted to us.
    fn outside(&mut self, config: &Config) {
        let outside = &config.integrations;
        self.refuse(
            outside.sms.provider == SmsProvider::Log,
            "sms.provider",
            "must be twilio in production; the log would show the codes",
        );
        self.refuse(
            outside.mail.provider == MailProvider::Log,
            "mail.provider",
            "must be smtp in production; the log would show the codes",
        );
        self.refuse(
            outside.objects.provider == ObjectProvider::Memory,
            "objects.provider",
            "must be folder or s3 in production",
        );
    }
}

/// The secrets and passwords in the files of development and test.
fn well_known() -> Vec<String> {
    let nobody = &mut Problems::default();
    let layers =
        [Environment::Development, Environment::Test].map(|environment| Layer::environment(environment, nobody));
    let text = |key: &str| {
        layers
            .iter()
            .filter_map(|layer| layer.find(key)?.into_string())
            .collect::<Vec<_>>()
    };
    let secrets = SECRETS.into_iter().flat_map(text).filter(|secret| !secret.is_empty());
    let passwords = URLS.into_iter().flat_map(text).flat_map(|url| passwords(&url));
    secrets.chain(passwords).collect()
}

/// The passwords that a URL has, however they are written: before the host, and among the parameters.
fn passwords(url: &str) -> Vec<String> {
    let Ok(url) = Url::parse(url) else {
        return Vec::new();
    };
    let before_host = url
        .password()
        .map(|password| percent_decode_str(password).decode_utf8_lossy().into_owned());
    let parameters = url.query_pairs().filter(|(name, _)| name == "password");
    before_host
        .into_iter()
        .chain(parameters.map(|(_, password)| password.into_owned()))
        .collect()
}
