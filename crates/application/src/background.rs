//! What goes on after its request was answered: letters and codes on their way.

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use crate::Application;

/// The work in the background. It has the runtime that the product was put together in: that of a request may end with the
/// thread which answers it.
pub(crate) struct Background {
    tasks: TaskTracker,
    runtime: Handle,
}

impl Background {
    pub(crate) fn new() -> Self {
        Self {
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
        }
    }

    /// Waits until all of it is done.
    pub(crate) async fn done(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Application {
    /// Does something that nobody waits for, also when whoever asked for it hangs up. Closing the product waits for it.
    pub(crate) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let background = self.background();
        background.tasks.spawn_on(work, &background.runtime);
    }
}
