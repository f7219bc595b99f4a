#ifndef WHERRY_VERSION_HPP
#define WHERRY_VERSION_HPP

/// The version of these headers.
#define WHERRY_VERSION_MAJOR 0
#define WHERRY_VERSION_MINOR 1
#define WHERRY_VERSION_PATCH 0

/// The inline namespace of everything in `wherry`. It changes with the major number, so that two versions can live in one program.
#define WHERRY_ABI v0

#endif
