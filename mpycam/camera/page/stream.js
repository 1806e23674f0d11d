// Reads video.cgi: a multipart answer whose parts are JPEG files with their length.

const END_OF_HEAD = [13, 10, 13, 10];
const MOST_PART = 16 << 20;

function find(data, wanted) {
  for (let start = data.indexOf(wanted[0]); start >= 0; start = data.indexOf(wanted[0], start + 1)) {
    if (wanted.every((value, index) => data[start + index] === value)) return start;
  }
  return -1;
}

function joined(one, other) {
  const data = new Uint8Array(one.length + other.length);
  data.set(one);
  data.set(other, one.length);
  return data;
}

// The bytes of one picture after the other from a fetch Response, until it ends.
export async function* pictures(response) {
  const reader = response.body.getReader();
  let data = new Uint8Array(0);
  let length = null;
  for (;;) {
    if (length === null) {
      const end = find(data, END_OF_HEAD);
      if (end >= 0) {
        const head = new TextDecoder().decode(data.subarray(0, end));
        length = Number(/content-length: *(\d+)/i.exec(head)?.[1]);
        if (!(length <= MOST_PART)) throw new Error("a part without a length");
        data = data.subarray(end + END_OF_HEAD.length);
        continue;
      }
    } else if (data.length >= length) {
      yield data.subarray(0, length);
      data = data.subarray(length);
      length = null;
      continue;
    }
    const { done, value } = await reader.read();
    if (done) return;
    data = joined(data, value);
  }
}
