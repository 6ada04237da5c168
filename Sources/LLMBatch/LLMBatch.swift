/// One import for everything: the core, typed jobs, the SQLite storage, the providers, and the short forms below.
@_exported public import LLMBatchCore
@_exported public import LLMBatchProviders
@_exported public import LLMBatchSQLite
@_exported public import LLMBatchSchema
@_exported public import LLMBatchTypedJobs
