# Toolchain: 32-bit ARM Linux, tests run under qemu-user. Debian: g++-arm-linux-gnueabihf qemu-user
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-arm;-L;/usr/arm-linux-gnueabihf")
set(CMAKE_CXX_FLAGS_INIT "-Wno-psabi")  # a note about ABI changes of gcc 7
