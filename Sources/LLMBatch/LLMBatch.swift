/// Everything one import needs: the domain, the SQLite storage, the providers, and the short forms below.
@_exported public import LLMBatchCore
@_exported public import LLMBatchProviders
@_exported public import LLMBatchSQLite
