#include "app/fetch/keyring.h"

#include <libsecret/secret.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace sidewinder::fetch::keyring {

using download::Fault;
using download::Token;

namespace {

template <auto free_function>
struct Freed {
    template <typename Handle>
    void operator()(Handle* handle) const {
        free_function(handle);
    }
};
using Service = std::unique_ptr<SecretService, Freed<g_object_unref>>;
using Cancellable = std::unique_ptr<GCancellable, Freed<g_object_unref>>;
using Attributes = std::unique_ptr<GHashTable, Freed<g_hash_table_unref>>;
using Value = std::unique_ptr<SecretValue, Freed<secret_value_unref>>;
struct FreedItems {
    void operator()(GList* items) const { g_list_free_full(items, g_object_unref); }
};
using Items = std::unique_ptr<GList, FreedItems>;

/// Cancels the calls in hand when the time is up.
class TimeLimit {
  public:
    explicit TimeLimit(std::chrono::seconds most)
        : cancellable_(g_cancellable_new()), thread_([this, most](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              if (!changed_.wait_for(lock, stop, most, [] { return false; }) && !stop.stop_requested())
                  g_cancellable_cancel(cancellable_.get());
          }) {}
    GCancellable* get() const { return cancellable_.get(); }

  private:
    Cancellable cancellable_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;  // last: it uses the rest
};

/// GLib would start a bus of its own otherwise, by a program that may wait for a display.
bool has_session_bus() {
    if (const char* address = std::getenv("DBUS_SESSION_BUS_ADDRESS"); address != nullptr && *address != '\0')
        return true;
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    std::error_code ignored;
    return runtime != nullptr && *runtime != '\0' &&
           std::filesystem::exists(std::filesystem::path(runtime) / "bus", ignored);
}

class Failed {
  public:
    ~Failed() { g_clear_error(&error_); }
    GError** out() { return &error_; }
    /// Throws if a call left an error.
    void check() const {
        if (error_ == nullptr) return;
        const std::string why = error_->message;
        if (g_error_matches(error_, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            throw download::Error(Fault::Keyring,
                                  "The keyring did not answer in time. Unlock it and try again.");
        if (g_error_matches(error_, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) throw_locked();
        if (g_error_matches(error_, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
            g_error_matches(error_, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
            throw Missing(Fault::Keyring, "There is no keyring on this desktop (no Secret Service).");
        throw download::Error(Fault::Keyring, "The keyring could not be used: " + why + ".");
    }
    [[noreturn]] static void throw_locked() {
        throw download::Error(Fault::Keyring,
                              "The keyring is locked, so it was not used. Unlock it and try again.");
    }

  private:
    GError* error_ = nullptr;
};

const SecretSchema& schema() {
    static const SecretSchema kSchema = [] {
        SecretSchema made{};
        made.name = "io.github.sidewinder.HubToken";
        made.flags = SECRET_SCHEMA_NONE;
        made.attributes[0] = {"hub", SECRET_SCHEMA_ATTRIBUTE_STRING};
        return made;
    }();
    return kSchema;
}

Attributes attributes_of(const std::string& place) {
    return Attributes(secret_attributes_build(&schema(), "hub", place.c_str(), nullptr));
}

Service connected(const TimeLimit& limit) {
    if (!has_session_bus())
        throw Missing(Fault::Keyring, "There is no keyring here: this session has no D-Bus.");
    Failed failed;
    Service service(secret_service_get_sync(SECRET_SERVICE_NONE, limit.get(), failed.out()));
    failed.check();
    return service;
}

Items items_of(SecretService* service, const std::string& place, int flags, const TimeLimit& limit) {
    Failed failed;
    Items items(secret_service_search_sync(service, &schema(), attributes_of(place).get(),
                                           static_cast<SecretSearchFlags>(flags), limit.get(), failed.out()));
    failed.check();
    return items;
}

}  // namespace

Token find(const std::string& place, std::chrono::seconds most) {
    const TimeLimit limit(most);
    const Service service = connected(limit);
    const Items items = items_of(service.get(), place, SECRET_SEARCH_LOAD_SECRETS, limit);
    if (!items) return {};
    auto* item = static_cast<SecretItem*>(items->data);
    if (secret_item_get_locked(item)) Failed::throw_locked();
    const Value value(secret_item_get_secret(item));
    const char* text = value ? secret_value_get_text(value.get()) : nullptr;
    return text == nullptr ? Token() : Token(text);
}

void store(const std::string& place, const Token& token, std::chrono::seconds most) {
    const TimeLimit limit(most);
    const Service service = connected(limit);
    Failed failed;
    const std::string label = "Sidewinder: " + place;
    secret_password_storev_sync(&schema(), attributes_of(place).get(), SECRET_COLLECTION_DEFAULT,
                                label.c_str(), token.text().c_str(), limit.get(), failed.out());
    failed.check();
}

bool remove(const std::string& place, std::chrono::seconds most) {
    const TimeLimit limit(most);
    const Service service = connected(limit);
    const Items items = items_of(service.get(), place, SECRET_SEARCH_ALL, limit);
    for (GList* item = items.get(); item != nullptr; item = item->next) {
        if (secret_item_get_locked(static_cast<SecretItem*>(item->data))) Failed::throw_locked();
        Failed failed;
        secret_item_delete_sync(static_cast<SecretItem*>(item->data), limit.get(), failed.out());
        failed.check();
    }
    return items != nullptr;
}

}  // namespace sidewinder::fetch::keyring
