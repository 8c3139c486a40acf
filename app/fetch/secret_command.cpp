#include "app/fetch/secret_command.h"

#include "storage/error.h"

namespace sidewinder::fetch {

using download::Fault;

int run_secret_command(CLI::App& app, int argc, char** argv, EventWriter& events,
                       const std::function<void()>& act) {
    try {
        app.parse(argc, argv);
        act();
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(Fault::Usage);
    } catch (const download::Error& error) {
        events.error(error.fault(), error.what());
        return static_cast<int>(error.fault());
    } catch (const storage::Error& error) {
        events.error(Fault::Usage, error.what());
        return static_cast<int>(Fault::Usage);
    }
}

}  // namespace sidewinder::fetch
