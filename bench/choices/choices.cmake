# Choices that were measured; each program says in its head what it shows.
foreach(name path idle)
  add_executable(${name} choices/${name}.c)
  target_link_libraries(${name} PRIVATE test_support Threads::Threads)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endforeach()
add_executable(stall choices/stall.c)
target_link_libraries(stall PRIVATE relay_core)
set_target_properties(stall PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
add_executable(backend choices/backend.c)
target_link_libraries(backend PRIVATE load_core PkgConfig::websockets
  PkgConfig::uv ${EV_LIBRARY})
set_target_properties(backend PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
