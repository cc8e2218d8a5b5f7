//! What a signed-in device is called, so that its owner knows it again in the list of their sessions (rules §2).

/// How much of a name is shown that is none we know, in characters.
const LONGEST_OTHER: usize = 60;

/// What a client calls itself, as far as people can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// A program that we know, on a system that we know.
    AppOn {
        /// The program, such as `Chrome`.
        app: &'static str,
        /// The system, such as `Windows`.
        system: &'static str,
    },
    /// A program that we know, on whatever it is.
    App(&'static str),
    /// The beginning of what it says itself.
    Other(String),
    /// It says nothing.
    Unknown,
}

/// What tells a program, the more telling first: most of them claim to be the others too. The app says its name, or
/// nothing but the language that it is written in.
const APPS: &[(&str, &str)] = &[
    ("dastern", "Das Tern"),
    ("das tern", "Das Tern"),
    ("das-tern", "Das Tern"),
    ("das_tern", "Das Tern"),
    ("dart/", "Das Tern"),
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
    ("curl/", "curl"),
    ("postmanruntime/", "Postman"),
];

/// What tells a system, the more telling first.
const SYSTEMS: &[(&str, &str)] = &[
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("ios", "iOS"),
    ("windows", "Windows"),
    ("macintosh", "macOS"),
    ("mac os x", "macOS"),
    ("macos", "macOS"),
    ("cros ", "ChromeOS"),
    ("linux", "Linux"),
];

impl Device {
    /// Reads a User-Agent.
    #[must_use]
    pub fn of(user_agent: Option<&str>) -> Self {
        let said: String = user_agent
            .unwrap_or_default()
            .chars()
            .filter(|character| !character.is_control())
            .collect();
        let said = said.trim();
        let folded = said.to_lowercase();
        let known = |names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(mark, _)| folded.contains(mark));
            found.map(|(_, name)| *name)
        };
        match (known(APPS), known(SYSTEMS)) {
            (Some(app), Some(system)) => Self::AppOn { app, system },
            (Some(app), None) => Self::App(app),
            (None, _) if said.is_empty() => Self::Unknown,
            (None, _) => Self::Other(said.chars().take(LONGEST_OTHER).collect::<String>().trim().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("DasTern/1.4.0 (Android 14; Pixel 8)", "Das Tern", "Android")]
    #[case("das_tern/2 CFNetwork/1494 Darwin/23 iOS/17.4", "Das Tern", "iOS")]
    #[case(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
        "Chrome",
        "Windows"
    )]
    #[case(
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
        "Edge",
        "Windows"
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
        "Samsung Internet",
        "Android"
    )]
    #[case(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1",
        "Safari",
        "iPhone"
    )]
    #[case(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.4; rv:126.0) Gecko/20100101 Firefox/126.0",
        "Firefox",
        "macOS"
    )]
    #[case(
        "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
        "Firefox",
        "Linux"
    )]
    fn a_device_is_called_as_people_call_it(
        #[case] agent: &str,
        #[case] app: &'static str,
        #[case] system: &'static str,
    ) {
        assert_eq!(Device::of(Some(agent)), Device::AppOn { app, system });
    }

    #[test]
    fn the_app_is_known_by_the_language_it_is_written_in() {
        assert_eq!(Device::of(Some("Dart/3.4 (dart:io)")), Device::App("Das Tern"));
    }

    #[test]
    fn an_unknown_device_is_called_what_it_says_in_short() {
        let long = format!("\u{7}Toaster {}", "x".repeat(100));
        let Device::Other(name) = Device::of(Some(&long)) else {
            panic!("a toaster is no device that we know");
        };
        assert!(name.starts_with("Toaster x") && name.chars().count() == LONGEST_OTHER);
    }

    #[rstest]
    #[case(None)]
    #[case(Some(""))]
    #[case(Some(" \u{0}\t "))]
    fn a_device_that_says_nothing_is_unknown(#[case] agent: Option<&str>) {
        assert_eq!(Device::of(agent), Device::Unknown);
    }
}
