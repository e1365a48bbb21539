"""How the parts that write TL;DRs were trained: on SciTLDR's training split alone."""
