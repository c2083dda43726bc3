/**
 * Proves the SRTP library that the worker was linked with: srtp_init() runs the published vectors of every cipher
 * (AES-CM of RFC 3711, AES-GCM of RFC 7714, HMAC-SHA1 of RFC 2202) and fails on any difference; then 1,000 sessions
 * protect packets of 1,200 bytes. Prints the mean cost of one in microseconds, so that a slow cipher is seen.
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SESSIONS = 1000, ROUNDS = 40, PAYLOAD = 1200 };

static srtp_t sessions[SESSIONS];

static void write_header(uint8_t *packet, uint16_t sequence)
{
    memset(packet, 0, 12);
    packet[0] = 0x80;
    packet[1] = 96;
    packet[2] = (uint8_t)(sequence >> 8);
    packet[3] = (uint8_t)sequence;
    packet[11] = 1;
}

int main(void)
{
    uint8_t key[44];
    uint8_t packet[12 + PAYLOAD + SRTP_MAX_TRAILER_LEN];
    struct timespec start, end;

    if (srtp_init() != srtp_err_status_ok) {
        fprintf(stderr, "a cipher failed its published test vectors\n");
        return 1;
    }
    for (int i = 0; i < SESSIONS; i++) {
        srtp_policy_t policy;
        memset(&policy, 0, sizeof policy);
        memset(key, i & 0xff, sizeof key);
        srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, srtp_profile_aead_aes_128_gcm);
        srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, srtp_profile_aead_aes_128_gcm);
        policy.ssrc.type = ssrc_any_outbound;
        policy.key = key;
        if (srtp_create(&sessions[i], &policy) != srtp_err_status_ok) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SESSIONS; i++) {
            int length = 12 + PAYLOAD;
            write_header(packet, (uint16_t)round);
            if (srtp_protect(sessions[i], packet, &length) != srtp_err_status_ok) return 1;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double micros = (end.tv_sec - start.tv_sec) * 1e6 + (end.tv_nsec - start.tv_nsec) / 1e3;
    printf("%.2f\n", micros / (SESSIONS * ROUNDS));
    return 0;
}
