/* Links libgit2, as the programs do; built a second time with a network library of its own beside it. */
#include <git2.h>

int main(void) {
    return git_libgit2_init() < 0;
}
