# find_package(Tacit 0.1 [COMPONENTS practice static])
#
# Always:	Tacit::tacit, Tacit::tacit_practice (shared), Tacit::tacit_wipe
# static:	Tacit::tacit_static, Tacit::tacit_practice_static; what they use
#		is looked for by pkg-config and linked as the machine has it
foreach(part ${Tacit_FIND_COMPONENTS})
  if(part STREQUAL "static" OR part STREQUAL "practice")
    set(Tacit_${part}_FOUND TRUE)
  elseif(Tacit_FIND_REQUIRED_${part})
    set(Tacit_FOUND FALSE)
    set(Tacit_NOT_FOUND_MESSAGE
      "Tacit has no component \"${part}\"; there are practice and static")
    return()
  endif()
endforeach()

include(${CMAKE_CURRENT_LIST_DIR}/TacitTargets.cmake)
if("static" IN_LIST Tacit_FIND_COMPONENTS)
  include(CMakeFindDependencyMacro)
  find_dependency(PkgConfig)
  pkg_check_modules(Tacit_uses QUIET IMPORTED_TARGET libsodium sqlite3
    openssl libuv libwebsockets libsignal-protocol-c)
  pkg_check_modules(Tacit_practice_uses QUIET IMPORTED_TARGET libsodium
    jansson)
  if(NOT Tacit_uses_FOUND OR NOT Tacit_practice_uses_FOUND)
    set(Tacit_FOUND FALSE)
    set(Tacit_NOT_FOUND_MESSAGE "To link Tacit statically, pkg-config must \
find libsodium, sqlite3, openssl, libuv, libwebsockets, \
libsignal-protocol-c and jansson")
    return()
  endif()
  include(${CMAKE_CURRENT_LIST_DIR}/TacitStaticTargets.cmake)
endif()
