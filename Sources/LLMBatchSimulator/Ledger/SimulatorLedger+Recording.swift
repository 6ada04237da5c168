import Foundation

extension SimulatorLedger {
    /// Enters a call and gives its number.
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

    /// Notes the status a call is answered with.
    func recordStatus(_ status: Int, call sequence: Int) {
        record { $0.calls[sequence - 1].status = status }
    }

    /// Enters an accepted batch.
    func recordJob(_ job: LedgerJob) {
        record { $0.acceptedJobs.append(job) }
    }

    /// Enters a file taken in.
    func recordUpload(_ upload: LedgerUpload) {
        record { $0.uploads.append(upload) }
    }

    /// Enters requests put to the model.
    func recordAsks(_ asks: [LedgerAsk]) {
        record { contents in
            contents.asks.append(contentsOf: asks)
            for ask in asks { contents.askedCounts[ask.customID, default: 0] += 1 }
        }
    }
}
