/// Checks whether a job at the provider can be the one its owner says it is, from what the job reports about itself.
struct AdoptionCheck {
    let job: ProviderJob
    /// The batch's other provider jobs.
    let others: [ProviderJob]

    /// The evidence against it, as a phrase; nil when there is none.
    ///
    /// A matching token proves the job. A different token is not a contradiction where the label or the input shows
    /// that the job belongs to this batch: an earlier try had its own token.
    func contradiction(in seen: RemoteJob) -> String? {
        if let other = others.first(where: { $0.state.remoteID == seen.id }) {
            return "it is provider job \(other.id) already"
        }
        if let token = seen.token, token == job.state.token { return nil }
        if let batch = seen.batch, batch != job.id.batch.rawValue { return "its label names batch \(batch)" }
        if let input = filled(seen.inputFileID), let own = filled(job.state.inputFileID) {
            return input == own ? nil : "its input is \(input), not \(own), which was uploaded for this one"
        }
        if let token = seen.token, seen.batch == nil, job.state.token != nil {
            return "it carries another submission's token, \(token)"
        }
        return contradiction(inCountsOf: seen)
    }

    /// Where nothing else identifies the job, its request count does, once it has completed.
    private func contradiction(inCountsOf seen: RemoteJob) -> String? {
        guard seen.token == nil, seen.batch == nil, seen.status == .completed, let total = seen.reported?.total,
            total > 0, total != job.input.requests
        else { return nil }
        return "it has \(total) requests, not \(job.input.requests)"
    }

    private func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}
