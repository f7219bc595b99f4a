#ifndef WHERRY_EMBED_HPP
#define WHERRY_EMBED_HPP

/// Paddle models for microcontrollers: a model is a type, parsed by the compiler.

#include <wherry/embed/network.hpp>
#include <wherry/embed/trainer.hpp>

#endif
