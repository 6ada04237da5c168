import Foundation
import LLMBatchCore

/// Finds a job whose create call got no answer.
extension OpenRouterBatchProvider {
    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let list = OpenAIListing(transport: transport).list(["batches"], limit: 100, of: "jobs")
        let candidates = try await list.search { object -> RemoteJob? in
            guard let job = OpenAIWire.job(object), trace.fits(job.createdAt) else { return nil }
            // The counter is 0 until the service has read the requests.
            let total = job.reported?.total ?? 0
            return total == 0 || total == trace.requests ? job : nil
        }
        return try await candidates.proved { (job) throws(ProviderError) in try await evidence(that: job, is: trace) }
    }

    /// The evidence of a job with the right time and size: its results identify its requests. Nil when it is not ours.
    private func evidence(
        that job: RemoteJob, is trace: ProviderJobFingerprint
    ) async throws(ProviderError) -> RemoteJob.Evidence? {
        guard job.status.isFinal else { return .circumstance }
        var first: String?
        do throws(ProviderError) {
            _ = try await read(job.id) { element in
                if first == nil { first = (try? JSONObject(element))?.string("custom_id") }
            }
        } catch {
            // A deleted job has no results and does not end the search.
            guard error.kind == .notFound else { throw error }
        }
        guard let first else { return .circumstance }
        return first.hasPrefix(trace.idPrefix) ? .proof : nil
    }
}
