/* SPDX-License-Identifier: MIT */
/* What the pages of the detail are given: one line, and what is needed to explain it. */
#pragma once

#include "ui/timeline/timeline-model.h"

/* Finds a protocol's words; NULL where it has none. */
typedef const Vocabulary *(*DetailVocabulary)(ProtocolId protocol);

typedef struct {
  TimelineModel *model;
  const Row *row;
  DetailVocabulary find_vocabulary; /* may be NULL */
  uint32_t eve_link;                /* interface on which Eve listens; UINT32_MAX: nobody is known to */
} DetailLine;
