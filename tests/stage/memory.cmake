# The whole memory of a process is searched for its secrets: with the allocator
# that wipes, and, as the control, without.  Sanitizers bring their own.
if(NOT TACIT_SANITIZE)
  foreach(name memory memory_control)
    add_executable(${name} stage/memory.c)
    target_link_libraries(${name} PRIVATE stage PkgConfig::cmocka)
    target_link_options(${name} PRIVATE
      -Wl,--wrap=signal_context_set_crypto_provider)
    set_target_properties(${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  endforeach()
  target_link_libraries(memory PRIVATE libtacit_wipe)
  add_test(NAME stage/memory COMMAND memory 0)
  add_test(NAME stage/memory_control COMMAND memory_control 1)
endif()
