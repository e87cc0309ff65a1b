/* SPDX-License-Identifier: MIT */
/* The yardstick: reads a capture with libpcap and only counts. Usage: bare-loop FILE */
#include <pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
  char why[PCAP_ERRBUF_SIZE];
  pcap_t *capture = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
  if (capture == NULL) {
    fprintf(stderr, "bare-loop: %s\n", argc == 2 ? why : "usage: bare-loop FILE");
    return 2;
  }
  struct pcap_pkthdr *header;
  const u_char *bytes;
  unsigned long frames = 0, total = 0;
  while (pcap_next_ex(capture, &header, &bytes) == 1) {
    frames++;
    total += header->caplen + bytes[0] % 2u;
  }
  pcap_close(capture);
  printf("%lu frames, %lu\n", frames, total);
  return 0;
}
