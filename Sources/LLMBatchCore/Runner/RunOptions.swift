/// The options with which a process drives a batch; none of them is stored.
package struct RunOptions: Sendable {
    /// Builds the policy of a batch from its definition.
    package var readPolicy: BatchPolicyReader?
    /// The maximum number of requests in flight at a realtime provider.
    package var concurrency: Int?
    /// Whether stored answers to identical requests are reused.
    package var reusesAnswers = false
    /// Whether that includes answers of imported batches.
    package var reusesImports = false
    /// The pause between two polls of a batch provider, in place of the provider's own; nil to keep those.
    var pollInterval: Duration?
    /// Receive the events of the batch.
    var observers: [@Sendable (BatchEvent) -> Void] = []
    /// The board on which provider jobs report what they wait for.
    var waits: WaitBoard?

    /// The policy of a batch; nil for a plain batch.
    ///
    /// - Throws: `wrongState` for a batch whose policy this program cannot build.
    func policy(of record: BatchRecord) throws -> (any BatchPolicy)? {
        guard let definition = record.definition else { return nil }
        guard let readPolicy else {
            throw LLMBatchError(
                .wrongState, "batch \(record.id) is a typed job, which this program cannot run",
                remedy: "Load it with a Batch.load of the module LLMBatchTypedJobs, which LLMBatch includes")
        }
        return try readPolicy(definition)
    }
}
