#pragma once

#include "app/core/network_lock.h"
#include "ui/values.h"

namespace sidewinder::app {

/// What the About dialog says of this program, in the person's language.
ui::AboutView about_view(const NetworkLock& lock);

/// Whether and why the kernel refuses this window the network, in the person's language.
QString network_sentence(const NetworkLock& lock);

}  // namespace sidewinder::app
