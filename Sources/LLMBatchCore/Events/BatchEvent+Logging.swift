public import Logging

extension BatchEvent {
    /// Logs the event at level debug: a fixed message, and the facts as metadata.
    ///
    /// The metadata names the batch (`batch`), the attempt and provider job (`attempt`, `job`), and the provider's id of the
    /// job (`remote_id`), so that lines of several batches can be distinguished and joined with the provider's own logs.
    /// An HTTP call adds `http.method`, `http.host`, `http.path`, `http.status`, `http.duration_ms`, `http.request_id`
    /// (the provider's id of the call), `try`, and `custom_id` where it sends a single request.
    public func log(to logger: Logger) {
        var metadata: Logger.Metadata = ["batch": "\(batch)"]
        if let providerJob {
            metadata["attempt"] = "\(providerJob.attempt)"
            metadata["job"] = "\(providerJob.index)"
        }
        if let remoteID { metadata["remote_id"] = "\(remoteID)" }
        let (message, facts) = kind.text
        logger.debug(message, metadata: metadata.merging(facts) { own, _ in own })
    }
}

extension BatchEvent.Kind {
    fileprivate var text: (Logger.Message, Logger.Metadata) {
        switch self {
        case .claimed: ("batch claimed", [:])
        case .planned(let attempt, let jobs):
            ("attempt sealed", ["attempt": "\(attempt)", "provider_jobs": "\(jobs)"])
        case .advanced(let old, let new):
            ("provider job advanced", ["from": "\(old.rawValue)", "to": "\(new.rawValue)"])
        case .polled(let status): ("provider job polled", ["status": "\(status)"])
        case .called(let call): (call.error == nil ? "HTTP call finished" : "HTTP call failed", call.metadata)
        case .failed(let error, let isTransient):
            ("step failed", ["code": "\(error.code)", "reason": "\(error.message)", "transient": "\(isTransient)"])
        case .stored(let count): ("results stored", ["results": "\(count)"])
        case .ended(let counts):
            ("provider job ended", ["succeeded": "\(counts[.succeeded])", "requested": "\(counts.requested)"])
        }
    }
}

extension ProviderCall {
    fileprivate var metadata: Logger.Metadata {
        var facts: Logger.Metadata = [
            "http.method": "\(method)", "http.host": "\(host)", "http.duration_ms": "\(milliseconds)",
            "try": "\(tryNumber)",
        ]
        if let path { facts["http.path"] = "\(path)" }
        if let statusCode { facts["http.status"] = "\(statusCode)" }
        if let requestID { facts["http.request_id"] = "\(requestID)" }
        if let customID { facts["custom_id"] = "\(customID.rawValue)" }
        if let error {
            facts["code"] = "\(error.code)"
            facts["reason"] = "\(error.message)"
        }
        return facts
    }

    private var milliseconds: Int { Int((duration / .milliseconds(1)).rounded()) }
}
