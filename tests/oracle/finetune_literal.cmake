# The golden model `finetune` as a header, with the parameters it starts from: golden, out
cmake_minimum_required(VERSION 3.21)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/embed_literal.cmake)
file(GLOB start ${golden}/start/*)
wherry_embed_literal(finetune ${golden}/main.pdmodel "${start}" ${out})
