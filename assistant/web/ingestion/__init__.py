"""What fills the Library: the import dialog, and TL;DRs written in the background."""
