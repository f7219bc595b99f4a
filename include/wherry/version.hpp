#ifndef WHERRY_VERSION_HPP
#define WHERRY_VERSION_HPP

/// The version of these headers. The inline namespace `wherry::v0` changes with the major number, so that two
/// versions can live in one program.
#define WHERRY_VERSION_MAJOR 0
#define WHERRY_VERSION_MINOR 1
#define WHERRY_VERSION_PATCH 0

#endif
