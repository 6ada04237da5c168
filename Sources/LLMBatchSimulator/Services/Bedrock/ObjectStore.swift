import Crypto
import Foundation

/// Buckets of objects, and multipart uploads in progress.
struct ObjectStore {
    struct Object {
        var bytes: Data
        var labels: [String: String] = [:]
        var madeAt = Fingerprint.now

        var tag: String { "\"\(Self.hex(Insecure.MD5.hash(data: bytes)))\"" }

        static func hex(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    struct Upload {
        var name: String
        var labels: [String: String]
        var parts: [Int: Data] = [:]
    }

    /// The objects by `bucket/key`.
    private(set) var objects: [String: Object] = [:]
    /// The uploads by id.
    var uploads: [String: Upload] = [:]
    let buckets: Set<String>
    private var lastUpload = 0

    init(buckets: [String]) { self.buckets = Set(buckets) }

    subscript(name: String) -> Object? {
        get { objects[name] }
        set { objects[name] = newValue }
    }

    /// The keys of a bucket with this prefix, in byte order.
    func keys(in bucket: String, prefix: String) -> [String] {
        let start = "\(bucket)/"
        return objects.keys.filter { $0.hasPrefix(start + prefix) }.map { String($0.dropFirst(start.count)) }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    mutating func begin(_ name: String, labels: [String: String]) -> String {
        lastUpload += 1
        uploads["upload\(lastUpload)"] = Upload(name: name, labels: labels)
        return "upload\(lastUpload)"
    }
}
