# It takes getaddrinfo()'s place, so it is part of the program itself.
target_sources(client_test_net_names PRIVATE support/nameserver.c)
target_link_libraries(client_test_net_names PRIVATE ${CMAKE_DL_LIBS})
