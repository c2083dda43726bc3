/**
 * Kernel buffers of a media socket, bytes; the kernel gives at most net.core.rmem_max and wmem_max. One socket serves
 * hundreds of receivers: with the default of 208 KiB a worker that was not scheduled for some tenths of a second loses
 * RTCP, ICE consent checks and whole DTLS handshakes of all of them.
 */
export const socketBuffers = { recvBufferSize: 4 * 1024 * 1024, sendBufferSize: 4 * 1024 * 1024 };
