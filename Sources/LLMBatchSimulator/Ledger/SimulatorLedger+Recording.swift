import Foundation

extension SimulatorLedger {
    /// Records a call and returns its number.
    func recordCall(_ call: IncomingCall, route: SimulatorRoute?) -> Int {
        let sha256 = Fingerprint.sha256(call.body)
        return record { contents in
            let sequence = contents.calls.count + 1
            contents.calls.append(
                LedgerCall(
                    sequence: sequence, route: route, method: call.method, path: call.target, headers: call.headers,
                    bodySize: call.body.count, bodySHA256: sha256,
                    body: call.body.count <= 64 * 1024 ? call.body : nil, status: nil))
            if let route { contents.callCounts[route, default: 0] += 1 }
            return sequence
        }
    }

    /// Records the response status of a call.
    func recordStatus(_ status: Int, call sequence: Int) {
        record { $0.calls[sequence - 1].status = status }
    }

    /// Records an accepted batch.
    func recordJob(_ job: LedgerJob) {
        record { $0.acceptedJobs.append(job) }
    }

    /// Records an uploaded file.
    func recordUpload(_ upload: LedgerUpload) {
        record { $0.uploads.append(upload) }
    }

    /// Records requests to the model.
    func recordAsks(_ asks: [LedgerAsk]) {
        record { contents in
            contents.asks.append(contentsOf: asks)
            for ask in asks { contents.askedCounts[ask.customID, default: 0] += 1 }
        }
    }
}
