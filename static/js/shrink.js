/* Photos chosen for a field marked data-shrink are made smaller before they are sent, so that a slow
   line carries them. The camera's position is kept: its EXIF block is put into the smaller picture,
   its turn set to upright, for the canvas has turned it already. Without this script the photo goes
   as it is. */
(() => {
  "use strict";
  const LONGEST = 1600;
  const SMALL = 400_000;

  /* Return the APP1 block "Exif" of a JPEG as bytes, orientation set to 1; null when it has none. */
  const exifOf = (buffer) => {
    const view = new DataView(buffer);
    if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; ) {
      const length = view.getUint16(at + 2);
      const isExif = view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966;
      if (isExif) return upright(buffer.slice(at, at + 2 + length));
      if (view.getUint16(at) === 0xffda) return null;
      at += 2 + length;
    }
    return null;
  };

  const upright = (block) => {
    const view = new DataView(block);
    const tiff = 10; // marker, length, "Exif\0\0"
    const little = view.getUint16(tiff) === 0x4949;
    const first = tiff + view.getUint32(tiff + 4, little);
    const count = view.getUint16(first, little);
    for (let entry = first + 2; entry < first + 2 + count * 12; entry += 12) {
      if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
    }
    return block;
  };

  const shrunk = async (file) => {
    if (file.size < SMALL || !file.type.startsWith("image/")) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (!small || small.size >= file.size) return file;
    let exif = null;
    try {
      exif = exifOf(await file.arrayBuffer());
    } catch {
      exif = null; // damaged: the picture is good without it
    }
    const parts = exif ? [small.slice(0, 2), exif, small.slice(2)] : [small];
    return new File(parts, file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  };

  /* Put the smaller picture where the chosen one was, unless another was chosen meanwhile. */
  const replace = async (field) => {
    const file = field.files[0];
    if (!file) return;
    try {
      const small = await shrunk(file);
      if (small === file || field.files[0] !== file) return;
      const list = new DataTransfer();
      list.items.add(small);
      field.files = list.files;
    } catch {
      // not a picture this browser reads: it goes as it is
    }
  };

  const fields = [...document.querySelectorAll("input[type=file][data-shrink]")];
  for (const form of new Set(fields.map((field) => field.form))) {
    const working = new Map();
    let waiting = false;
    let ready = false;
    form.addEventListener("change", ({ target }) => {
      if (fields.includes(target)) working.set(target, replace(target));
    });
    form.addEventListener("submit", async (event) => {
      if (ready || !working.size) return;
      event.preventDefault();
      if (waiting) return;
      waiting = true;
      await Promise.all(working.values());
      // In a turn of its own: a form does not send itself while it is being sent.
      setTimeout(() => {
        waiting = false;
        ready = true;
        form.requestSubmit(event.submitter);
        ready = false;
      });
    });
  }
})();
