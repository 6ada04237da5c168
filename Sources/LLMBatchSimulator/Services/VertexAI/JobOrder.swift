import Foundation

/// The contents of a create call, with the checks that the service makes at once.
struct JobOrder {
    let displayName: String
    let model: String
    let inputURI: String
    let outputPrefix: String
    let labels: [String: String]

    /// Source: discovery document of `aiplatform` v1, `GoogleCloudAiplatformV1BatchPredictionJob`.
    init(_ body: [String: Any]) throws(GoogleRefusal) {
        if let unknown = body.keys.sorted().first(where: { !Self.known.contains($0) }) {
            throw .invalid("Invalid JSON payload received. Unknown name \"\(unknown)\": Cannot find field.")
        }
        displayName = body["displayName"] as? String ?? ""
        guard !displayName.isEmpty, displayName.count <= 128 else { throw .invalid("display_name is required.") }
        model = body["model"] as? String ?? ""
        let parts = model.split(separator: "/")
        guard parts.count == 4 && parts[0] == "publishers" || parts.first == "projects" else {
            throw .invalid("Invalid resource name: \(model).")
        }
        let input = body["inputConfig"] as? [String: Any] ?? [:]
        let uris = (input["gcsSource"] as? [String: Any])?["uris"] as? [String] ?? []
        guard input["instancesFormat"] as? String == "jsonl", uris.count == 1, uris[0].hasPrefix("gs://") else {
            throw .invalid("input_config must be one JSONL file in Cloud Storage.")
        }
        inputURI = uris[0]
        let output = body["outputConfig"] as? [String: Any] ?? [:]
        let prefix = (output["gcsDestination"] as? [String: Any])?["outputUriPrefix"] as? String ?? ""
        guard output["predictionsFormat"] as? String == "jsonl", prefix.hasPrefix("gs://") else {
            throw .invalid("output_config must be a prefix in Cloud Storage.")
        }
        outputPrefix = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        labels = body["labels"] as? [String: String] ?? [:]
        for (key, value) in labels where !Self.isLabel(key) || !Self.isLabel(value) {
            throw .invalid("Invalid label: \(key)")
        }
    }

    static func publisher(of model: String) -> String {
        let parts = model.split(separator: "/").map(String.init)
        return parts.first == "publishers" && parts.count > 1 ? parts[1] : "google"
    }

    private static func isLabel(_ text: String) -> Bool {
        text.count <= 64 && text.allSatisfy { ($0.isLetter && $0.isLowercase) || $0.isNumber || $0 == "_" || $0 == "-" }
    }

    private static let known: Set = [
        "displayName", "model", "inputConfig", "outputConfig", "labels", "serviceAccount", "encryptionSpec",
        "modelParameters", "instanceConfig", "name", "unmanagedContainerModel", "dedicatedResources",
    ]
}

/// A filter for a list of jobs: `state="JOB_STATE_RUNNING" AND labels.job="x"`.
struct JobFilter {
    private var terms: [(field: String, value: String)] = []

    init(_ text: String) throws(GoogleRefusal) {
        guard !text.isEmpty else { return }
        for term in text.components(separatedBy: " AND ") {
            let sides = term.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, sides[1].count >= 2, sides[1].hasPrefix("\""), sides[1].hasSuffix("\"") else {
                throw .invalid("Invalid filter: \(text)")
            }
            guard sides[0].hasPrefix("labels.") || ["state", "display_name", "displayName"].contains(sides[0]) else {
                throw .invalid("Invalid field of filter: \(sides[0])")
            }
            terms.append((sides[0], String(sides[1].dropFirst().dropLast())))
        }
    }

    func takes(_ job: SimulatedBatchState, displayName: String) -> Bool {
        terms.allSatisfy { term in
            switch term.field {
            case "state": GoogleStatusText.state(job.status, prefix: "JOB_STATE_") == term.value
            case "display_name", "displayName": displayName == term.value
            default: job.metadata?[String(term.field.dropFirst("labels.".count))] == term.value
            }
        }
    }
}
