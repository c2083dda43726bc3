/** libsrtp's build configuration for 64-bit little-endian POSIX with OpenSSL. */
#ifndef ROSTRUM_LIBSRTP_CONFIG_H
#define ROSTRUM_LIBSRTP_CONFIG_H

#define PACKAGE_VERSION "2.5.0"
#define PACKAGE_STRING "libsrtp2 2.5.0"
#define OPENSSL 1
#define GCM 1
#define ERR_REPORTING_STDOUT 0
#define HAVE_ARPA_INET_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_NETINET_IN_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_SYS_SOCKET_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define HAVE_INT16_T 1
#define HAVE_INT32_T 1
#define HAVE_INT8_T 1
#define HAVE_UINT16_T 1
#define HAVE_UINT32_T 1
#define HAVE_UINT64_T 1
#define HAVE_UINT8_T 1
#define SIZEOF_UNSIGNED_LONG 8
#define SIZEOF_UNSIGNED_LONG_LONG 8
#define HAVE_X86 1
#ifndef __x86_64__
#undef HAVE_X86
#endif

#endif
