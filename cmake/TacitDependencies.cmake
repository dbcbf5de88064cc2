# What we build on; script/build installs it on Debian and Ubuntu.
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(websockets REQUIRED IMPORTED_TARGET libwebsockets>=4.1)
pkg_check_modules(ssl REQUIRED IMPORTED_TARGET openssl>=3.0)
pkg_check_modules(uv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(signal REQUIRED IMPORTED_TARGET libsignal-protocol-c)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(confuse REQUIRED IMPORTED_TARGET libconfuse)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp>=2.5)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)
find_package(Threads REQUIRED)

# libev has no pkg-config file on Debian.
find_path(EV_INCLUDE ev.h REQUIRED)
find_library(EV_LIBRARY ev REQUIRED)
add_library(ev_lib INTERFACE)
target_include_directories(ev_lib SYSTEM INTERFACE ${EV_INCLUDE})
target_link_libraries(ev_lib INTERFACE ${EV_LIBRARY})

find_path(NANOPB_INCLUDE pb.h PATH_SUFFIXES nanopb REQUIRED)
find_library(NANOPB_LIBRARY protobuf-nanopb REQUIRED)
find_program(NANOPB_GENERATOR NAMES nanopb_generator.py nanopb_generator REQUIRED)
add_library(nanopb_lib INTERFACE)
target_include_directories(nanopb_lib SYSTEM INTERFACE ${NANOPB_INCLUDE})
target_link_libraries(nanopb_lib INTERFACE ${NANOPB_LIBRARY})

# tacit_nanopb(TARGET NAME SRC DIR): SRC/NAME.{proto,options} -> DIR/NAME.pb.[ch]
function(tacit_nanopb target name src dir)
  add_custom_command(
    OUTPUT ${dir}/${name}.pb.c ${dir}/${name}.pb.h
    COMMAND ${NANOPB_GENERATOR} -q -I ${src} -D ${dir} ${name}.proto
    WORKING_DIRECTORY ${src}
    DEPENDS ${src}/${name}.proto ${src}/${name}.options
    VERBATIM)
  add_custom_target(${target} DEPENDS ${dir}/${name}.pb.c ${dir}/${name}.pb.h)
endfunction()
