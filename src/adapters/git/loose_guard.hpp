// Loose objects that a power cut or a bad disk cut short. libgit2 1.5 inflates such a file for ever
// (git_zstream_get_output waits for an end that never comes), and takes a damaged object for one that need not be
// written again.
#pragma once

#include <git2.h>

#include "hone/core/base/result.hpp"

namespace hone::git {

// Reading a loose object that does not inflate to its end becomes an error with its name, unless a pack holds it too;
// storing the same content again replaces its file.
[[nodiscard]] Done guard_loose_objects(git_repository*);

}  // namespace hone::git
