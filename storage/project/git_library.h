#pragma once

namespace sidewinder::project {

/// Keeps libgit2 started as long as it lives; counted, any thread.
class GitLibrary {
  public:
    GitLibrary();
    GitLibrary(const GitLibrary&) = delete;
    GitLibrary& operator=(const GitLibrary&) = delete;
    ~GitLibrary();
};

}  // namespace sidewinder::project
