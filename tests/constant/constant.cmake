# Under valgrind, which sanitizers exclude: what depends on a secret.
if(NOT TACIT_SANITIZE)
  pkg_check_modules(valgrind REQUIRED valgrind)
  add_executable(secrets constant/secrets.c)
  target_link_libraries(secrets PRIVATE tacit_core store_support relay_core
    PkgConfig::cmocka)
  foreach(name sodium_memcmp sodium_is_zero
      crypto_aead_xchacha20poly1305_ietf_decrypt)
    target_link_options(secrets PRIVATE -Wl,--wrap=${name})
  endforeach()
  # memcmp() as the library has it, for the control.
  target_compile_options(secrets PRIVATE -fno-builtin)
  set_target_properties(secrets PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME constant/secrets COMMAND
    sh ${CMAKE_CURRENT_LIST_DIR}/run.sh $<TARGET_FILE:secrets>)
  set_tests_properties(constant/secrets PROPERTIES TIMEOUT 300)
endif()
