//! Pictures: what threads decode, what they leave out, what they survive.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use evalens::cache::ThumbCache;
use evalens::jobs::pictures::Loader;
use evalens::jobs::{JobError, Part, PictureLoader, PicturePool, PictureRequest, Waker};
use image::{Rgb, RgbImage};

fn quiet() -> Waker {
    Arc::new(|| {})
}

/// Waits until `n` results are there.
fn collect(pool: &mut PicturePool<u32, u32>, n: usize) -> Vec<(u32, Result<u32, JobError>)> {
    let mut results = Vec::new();
    for _ in 0..1000 {
        results.extend(std::iter::from_fn(|| pool.take()));
        if results.len() >= n {
            return results;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("only {} of {n} results came", results.len());
}

/// A pool of one thread that works on a key only after it was let through, and notes the order.
/// The pool, what lets it go on, and what it was asked for.
type Gated = (PicturePool<u32, u32>, mpsc::Sender<()>, Arc<Mutex<Vec<u32>>>);

fn gated() -> Gated {
    let (open, gate) = mpsc::channel::<()>();
    let order = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&order);
    let loader: Loader<u32, u32> = Box::new(move |key| {
        noted.lock().unwrap().push(*key);
        gate.recv_timeout(Duration::from_secs(5)).unwrap();
        Ok(key * 10)
    });
    (PicturePool::threads(vec![loader], &quiet()).unwrap(), open, order)
}

fn wait_for(order: &Mutex<Vec<u32>>, n: usize) {
    for _ in 0..1000 {
        if order.lock().unwrap().len() >= n {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("work did not begin");
}

#[test]
fn the_newest_wishes_come_first_and_the_old_are_dropped() {
    let (mut pool, open, order) = gated();
    pool.want(vec![1, 2, 3]);
    wait_for(&order, 1);
    // 1 is being worked on; 2 and 3 scrolled away.
    pool.want(vec![7, 1, 8]);
    for _ in 0..3 {
        open.send(()).unwrap();
    }
    let results = collect(&mut pool, 3);
    assert_eq!(*order.lock().unwrap(), [1, 7, 8]);
    assert_eq!(results, [(1, Ok(10)), (7, Ok(70)), (8, Ok(80))]);
}

#[test]
fn what_is_done_but_not_collected_is_not_done_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let loader: Loader<u32, u32> = Box::new(move |key| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(*key)
    });
    let (told, woken) = mpsc::channel();
    let told = Mutex::new(told);
    let waker: Waker = Arc::new(move || told.lock().unwrap().send(()).unwrap());
    let mut pool = PicturePool::threads(vec![loader], &waker).unwrap();
    pool.want(vec![1]);
    woken.recv_timeout(Duration::from_secs(5)).unwrap();
    for _ in 0..20 {
        pool.want(vec![1]);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(collect(&mut pool, 1), [(1, Ok(1))]);
    pool.want(vec![1]);
    assert_eq!(collect(&mut pool, 1), [(1, Ok(1))]);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_panic_is_the_result_of_its_picture_alone() {
    let loader = || -> Loader<u32, u32> {
        Box::new(|key| {
            assert!(*key != 2, "broken picture");
            Ok(*key)
        })
    };
    for mut pool in [PicturePool::threads(vec![loader()], &quiet()).unwrap(), PicturePool::inline(loader())] {
        pool.want(vec![1, 2, 3]);
        let results = collect(&mut pool, 3);
        assert_eq!(results[0], (1, Ok(1)));
        assert!(matches!(&results[1], (2, Err(JobError::Panicked(text))) if text.contains("broken picture")));
        assert_eq!(results[2], (3, Ok(3)));
    }
}

#[test]
fn dropping_the_pool_waits_for_nobody() {
    let (mut pool, open, order) = gated();
    pool.want((0..100).collect());
    wait_for(&order, 1);
    drop(pool);
    open.send(()).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(*order.lock().unwrap(), [0]);
}

/// Left half red, right half blue, a green square of 20 pixels at (100, 40).
fn save_picture(dir: &Path, width: u32, height: u32) -> PathBuf {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        if (100..120).contains(&x) && (40..60).contains(&y) {
            Rgb([0, 255, 0])
        } else if x < width / 2 {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    });
    let path = dir.join("picture.png");
    picture.save(&path).unwrap();
    path
}

fn request(path: &Path, part: Part) -> PictureRequest {
    PictureRequest { path: path.to_owned(), part }
}

fn pixel(picture: &evalens::formats::picture::Picture, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * picture.width + x) * 4) as usize;
    picture.rgba[at..at + 4].try_into().unwrap()
}

#[test]
fn thumbnails_and_wholes_keep_the_shape_and_know_their_source() {
    let dir = tempfile::tempdir().unwrap();
    let path = save_picture(dir.path(), 400, 200);
    let mut loader = PictureLoader::new(None);
    let thumb = loader.load(&request(&path, Part::Thumb { side: 100 })).unwrap();
    assert_eq!((thumb.width, thumb.height, thumb.source_width, thumb.source_height), (100, 50, 400, 200));
    assert_eq!(pixel(&thumb, 2, 2), [255, 0, 0, 255]);
    assert_eq!(pixel(&thumb, 97, 47), [0, 0, 255, 255]);
    let whole = loader.load(&request(&path, Part::Whole { side: 1000 })).unwrap();
    assert_eq!((whole.width, whole.height), (400, 200));
}

#[test]
fn a_crop_is_cut_out_of_the_whole_picture() {
    let dir = tempfile::tempdir().unwrap();
    let path = save_picture(dir.path(), 400, 200);
    let mut loader = PictureLoader::new(None);
    let crop = |loader: &mut PictureLoader, area, of| {
        loader.load(&request(&path, Part::Crop { area, of, side: 192 })).unwrap()
    };
    let cut = crop(&mut loader, [90, 30, 130, 70], (400, 200));
    assert_eq!((cut.width, cut.height), (40, 40));
    assert_eq!(pixel(&cut, 5, 20), [255, 0, 0, 255]);
    assert_eq!(pixel(&cut, 20, 20), [0, 255, 0, 255]);
    // The same place where the annotation speaks of a picture of half the size.
    let cut = crop(&mut loader, [45, 15, 65, 35], (200, 100));
    assert_eq!((cut.width, cut.height), (40, 40));
    assert_eq!(pixel(&cut, 20, 20), [0, 255, 0, 255]);
    // What hangs over the edge is left out.
    let cut = crop(&mut loader, [-20, -20, 20, 30], (400, 200));
    assert_eq!((cut.width, cut.height), (20, 30));
    let outside = loader.load(&request(&path, Part::Crop { area: [500, 0, 600, 50], of: (400, 200), side: 192 }));
    assert!(outside.unwrap_err().to_string().contains("picture.png"));
}

#[test]
fn a_missing_picture_is_a_sentence_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gone.jpg");
    let parts = [Part::Thumb { side: 192 }, Part::Crop { area: [0, 0, 9, 9], of: (9, 9), side: 192 }];
    let cache = Arc::new(ThumbCache::new(dir.path().join("cache"), 1 << 20));
    for part in parts {
        let error = PictureLoader::new(Some(Arc::clone(&cache))).load(&request(&path, part)).unwrap_err();
        assert!(error.to_string().contains("gone.jpg"), "{error}");
    }
    std::fs::write(&path, b"not a picture").unwrap();
    let error = PictureLoader::new(Some(cache)).load(&request(&path, parts[0])).unwrap_err();
    assert!(error.to_string().contains("gone.jpg"), "{error}");
}

#[test]
fn thumbnails_of_large_pictures_are_kept_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let path = save_picture(dir.path(), 2000, 1000);
    let folder = dir.path().join("cache");
    let cache = Arc::new(ThumbCache::new(folder.clone(), 1 << 20));
    let files = || walkdir::WalkDir::new(&folder).into_iter().flatten().filter(|e| e.file_type().is_file()).count();
    let thumb = request(&path, Part::Thumb { side: 192 });
    let first = PictureLoader::new(Some(Arc::clone(&cache))).load(&thumb).unwrap();
    assert_eq!(files(), 1);
    let again = PictureLoader::new(Some(Arc::clone(&cache))).load(&thumb).unwrap();
    assert_eq!(first, again);
    // A small picture is decoded as fast as it is found.
    let small = save_picture(dir.path(), 400, 200);
    PictureLoader::new(Some(cache)).load(&request(&small, Part::Thumb { side: 192 })).unwrap();
    assert_eq!(files(), 1);
}
