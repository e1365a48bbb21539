"""Every error of the project. Each message says what happened, to which input, and what to do.

AssistantError
├── UsageError              the command or question itself cannot be used (exit code 2)
│   └── SettingsError       a setting is unknown or out of bounds
├── ReadingError            an input file or text cannot be read as papers
│   ├── FileUnreadable      missing, a folder, no permission, not text
│   ├── NoPapersFound       readable, but there is no paper in it
│   ├── PapersUncertain     readable, and maybe papers are in it: the user decides
│   └── ZoteroUnreadable    Zotero's library is not found, or cannot be read
├── LibraryError            the library cannot be used
│   ├── LibraryTooNew       made by a newer version
│   ├── LibraryReadOnly     no permission to write, or a read-only disk
│   ├── LibraryFull         no space left on the disk
│   ├── LibraryDamaged      the catalogue is not a readable database
│   ├── LibraryBusy         another process holds it
│   ├── BackupUnusable      the file is no whole backup of a library
│   ├── ChromaServerError   a Chroma server is down, refuses, or has data of another library
│   ├── PaperNotFound       no paper has this id
│   └── FeedNotFound        no feed has this name
├── FeedError               new papers cannot be fetched from a feed
│   ├── FeedUnreachable     not now: no network, an overloaded server, a pause that it asked for
│   └── FeedUnusable        it is no feed: a web page, a wrong address, more data than any feed has
├── ModelError              a model cannot be used
│   ├── ModelFileInvalid    not a GGUF, cut short, wrong checksum
│   ├── ChatTemplateMissing the GGUF has no chat template, or one that does not render
│   ├── DownloadFailed      a model cannot be downloaded
│   ├── PromptTooLong       the prompt does not fit the context
│   ├── ModelServerError    a model server is down, refuses, or sends nonsense
│   ├── ServerNotConfirmed  data would leave this computer without the user's consent
│   └── EmbedderUnavailable no usable embedding model
├── ClusterError            a Ray cluster cannot be used, or a node of it
├── PromptTemplateError     a prompt file is missing or names a wrong variable
├── PageError               the chat page cannot be served (port taken, ...)
└── OutputError             the result cannot be written where it was asked for
    └── MailNotSent         the mail server is not there, not safe, or turned the mail down
"""

from __future__ import annotations


class AssistantError(Exception):
    """Root of every error a user may see; `str()` of it is one line for people."""


class UsageError(AssistantError):
    """The command or the question itself cannot be used."""


class SettingsError(UsageError):
    """A setting is unknown, or its value is out of bounds."""


class ReadingError(AssistantError):
    """An input cannot be read as papers."""


class FileUnreadable(ReadingError):
    """The input is missing, a folder, not permitted, or not text."""


class NoPapersFound(ReadingError):
    """The input is readable, but no paper is in it."""


class PapersUncertain(ReadingError):
    """The input is readable and may be papers, but so may other texts: the user decides."""


class ZoteroUnreadable(ReadingError):
    """Zotero's library is not found, cannot be read, or is not Zotero's."""


class LibraryError(AssistantError):
    """The library cannot be used."""


class LibraryTooNew(LibraryError):
    """The catalogue was written by a newer version of this program."""


class LibraryReadOnly(LibraryError):
    """The library's folder or disk does not permit writing."""


class LibraryFull(LibraryError):
    """The library's disk has no space left."""


class LibraryDamaged(LibraryError):
    """The catalogue is not a readable database."""


class LibraryBusy(LibraryError):
    """Another process holds the library for longer than we wait."""


class BackupUnusable(LibraryError):
    """The file is no backup of a library, or it is damaged."""


class ChromaServerError(LibraryError):
    """A Chroma server is down, refuses the request, or its collection is another library's."""


class PaperNotFound(LibraryError):
    """No paper in the library has this id."""


class FeedNotFound(LibraryError):
    """No feed of the library has this name or address."""


class NotMergeable(LibraryError):
    """Papers cannot be merged, split or told apart as the user asked."""


class FeedError(AssistantError):
    """New papers cannot be fetched from a feed."""


class FeedUnreachable(FeedError):
    """The server of a feed cannot be reached, or does not answer now; later it may."""


class FeedUnusable(FeedError):
    """What is at the address of a feed is no feed, or is refused."""


class ModelError(AssistantError):
    """A model cannot be used."""


class ModelFileInvalid(ModelError):
    """The model's file is not what it claims to be: no GGUF, cut short, wrong checksum."""


class ChatTemplateMissing(ModelError):
    """The model's file has no usable chat template."""


class DownloadFailed(ModelError):
    """A model cannot be downloaded: the server refuses or fails, or it has another file."""


class PromptTooLong(ModelError):
    """The prompt does not fit the model's context."""


class ModelServerError(ModelError):
    """A model server is down, refuses the request, or sends what cannot be used."""


class ServerNotConfirmed(ModelError):
    """Data would be sent to another computer, and the user has not agreed to that."""


class EmbedderUnavailable(ModelError):
    """No embedding model can be used, so search is by full text alone."""


class ClusterError(AssistantError):
    """A Ray cluster is missing, unreachable or unusable, or one of its nodes is."""


class PromptTemplateError(AssistantError):
    """A prompt file is missing, or uses a variable it must not, or lacks one it must use."""


class PageError(AssistantError):
    """The chat page cannot be served."""


class OutputError(AssistantError):
    """The result cannot be written where it was asked for."""


class MailNotSent(OutputError):
    """The mail server is not there, cannot be trusted, or turned the mail down."""
