# Choices that were measured; each program says in its head what it shows.
add_executable(path choices/path.c)
target_link_libraries(path PRIVATE test_support Threads::Threads)
set_target_properties(path PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
