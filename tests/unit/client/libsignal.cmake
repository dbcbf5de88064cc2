# What provider.c gives to libsignal, seen by the test.
target_link_options(client_test_libsignal PRIVATE
  -Wl,--wrap=signal_context_set_crypto_provider)
# Memory that is short in the library itself.
target_link_options(client_test_ratchet_short PRIVATE
  -Wl,--wrap=malloc,--wrap=calloc,--wrap=EVP_MAC_CTX_dup,--wrap=EVP_MAC_init)
